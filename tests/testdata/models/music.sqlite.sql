-- A music shop, of the shape of the Chinook sample.
CREATE TABLE artist (artist_id INTEGER PRIMARY KEY AUTOINCREMENT, name varchar(120));
CREATE TABLE album (album_id INTEGER PRIMARY KEY AUTOINCREMENT, title varchar(160) NOT NULL, artist_id integer NOT NULL,
  FOREIGN KEY (artist_id) REFERENCES artist (artist_id) ON DELETE NO ACTION ON UPDATE NO ACTION);
CREATE INDEX ifk_album_artist_id ON album (artist_id);
CREATE TABLE employee (employee_id INTEGER PRIMARY KEY AUTOINCREMENT, last_name varchar(20) NOT NULL, first_name varchar(20) NOT NULL, title varchar(30),
  reports_to integer REFERENCES employee (employee_id), birth_date DATETIME, hire_date DATETIME, address varchar(70), email varchar(60));
CREATE INDEX ifk_employee_reports_to ON employee (reports_to);
CREATE TABLE customer (customer_id INTEGER PRIMARY KEY AUTOINCREMENT, first_name varchar(40) NOT NULL, last_name varchar(20) NOT NULL, company varchar(80),
  email varchar(60) NOT NULL, support_rep_id integer, FOREIGN KEY (support_rep_id) REFERENCES employee (employee_id) ON DELETE SET NULL);
CREATE INDEX ifk_customer_support_rep_id ON customer (support_rep_id);
CREATE UNIQUE INDEX customer_email ON customer (lower(email)) WHERE company IS NULL;
CREATE TABLE genre (genre_id INTEGER PRIMARY KEY AUTOINCREMENT, name varchar(120));
CREATE TABLE media_type (media_type_id INTEGER PRIMARY KEY AUTOINCREMENT, name varchar(120));
CREATE TABLE invoice (invoice_id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id integer NOT NULL REFERENCES customer (customer_id), invoice_date DATETIME NOT NULL,
  billing_city varchar(40), total numeric(10,2) NOT NULL DEFAULT 0.00 CONSTRAINT total_not_negative CHECK (total >= 0));
CREATE INDEX ifk_invoice_customer_id ON invoice (customer_id);
CREATE TABLE track (track_id INTEGER PRIMARY KEY AUTOINCREMENT, name varchar(200) NOT NULL, album_id integer REFERENCES album (album_id), media_type_id integer NOT NULL REFERENCES media_type (media_type_id),
  genre_id integer REFERENCES genre (genre_id), composer varchar(220), milliseconds integer NOT NULL, bytes integer, unit_price numeric(10,2) NOT NULL,
  seconds integer GENERATED ALWAYS AS (milliseconds / 1000) STORED, CONSTRAINT one_name UNIQUE (album_id, name));
CREATE INDEX ifk_track_album_id ON track (album_id);
CREATE INDEX ifk_track_genre_id ON track (genre_id);
CREATE INDEX ifk_track_media_type_id ON track (media_type_id);
CREATE TABLE invoice_line (invoice_line_id INTEGER PRIMARY KEY AUTOINCREMENT, invoice_id integer NOT NULL REFERENCES invoice (invoice_id) ON DELETE CASCADE,
  track_id integer NOT NULL REFERENCES track (track_id), unit_price numeric(10,2) NOT NULL, quantity integer NOT NULL CHECK (quantity > 0));
CREATE INDEX ifk_invoice_line_invoice_id ON invoice_line (invoice_id);
CREATE INDEX ifk_invoice_line_track_id ON invoice_line (track_id DESC);
CREATE TABLE playlist (playlist_id INTEGER PRIMARY KEY AUTOINCREMENT, name varchar(120));
CREATE TABLE playlist_track (playlist_id integer NOT NULL REFERENCES playlist (playlist_id), track_id integer NOT NULL REFERENCES track (track_id),
  CONSTRAINT pk_playlist_track PRIMARY KEY (playlist_id, track_id));
CREATE INDEX ifk_playlist_track_track_id ON playlist_track (track_id);
CREATE VIEW sales AS SELECT i.customer_id, sum(l.unit_price * l.quantity) AS total FROM invoice i JOIN invoice_line l ON l.invoice_id = i.invoice_id GROUP BY i.customer_id;
CREATE VIEW best_customers AS SELECT c.first_name, c.last_name, s.total FROM sales s JOIN customer c ON c.customer_id = s.customer_id WHERE s.total > 100;
