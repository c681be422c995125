-- A film rental, of the shape of the Sakila sample: every kind of table and column that SQLite has.
CREATE TABLE actor (actor_id integer PRIMARY KEY AUTOINCREMENT, first_name text NOT NULL, last_name text NOT NULL COLLATE NOCASE, last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_actor_last_name ON actor (last_name COLLATE BINARY);
CREATE TABLE language (language_id SMALLINT NOT NULL, name CHAR(20) NOT NULL, PRIMARY KEY (language_id)) WITHOUT ROWID;
CREATE TABLE film (film_id INTEGER PRIMARY KEY, title VARCHAR(255) NOT NULL, description BLOB SUB_TYPE TEXT DEFAULT NULL, release_year VARCHAR(4),
  language_id SMALLINT NOT NULL REFERENCES language ON UPDATE CASCADE ON DELETE RESTRICT, original_language_id SMALLINT DEFAULT NULL
    CONSTRAINT original REFERENCES language (language_id) DEFERRABLE INITIALLY DEFERRED,
  rental_rate DECIMAL(4,2) DEFAULT 4.99 NOT NULL, length SMALLINT DEFAULT NULL, rating VARCHAR(10) DEFAULT 'G',
  half INTEGER GENERATED ALWAYS AS (length / 2) VIRTUAL, twice INTEGER AS (length * 2) STORED, made TEXT DEFAULT (datetime('now')),
  CONSTRAINT CHECK_rating CHECK (rating IN ('G', 'PG', 'it''s')), UNIQUE (title, release_year) ON CONFLICT IGNORE, CHECK (length IS NULL OR length > 0 /* minutes */));
CREATE INDEX idx_title ON film (lower(title), release_year DESC) WHERE length > 10;
CREATE UNIQUE INDEX one_title ON film (title, release_year, rating);
CREATE TABLE film_actor (actor_id INT NOT NULL, film_id INT NOT NULL, note ANY, PRIMARY KEY (actor_id, film_id),
  FOREIGN KEY (actor_id) REFERENCES actor (actor_id) ON UPDATE CASCADE, FOREIGN KEY (film_id) REFERENCES film) STRICT, WITHOUT ROWID;
CREATE TABLE store (store_id INTEGER PRIMARY KEY, manager_staff_id INT NOT NULL REFERENCES staff (staff_id));
CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, store_id INT NOT NULL REFERENCES store (store_id), boss INT REFERENCES staff, picture BLOB, email VARCHAR(50), active SMALLINT NOT NULL DEFAULT 1);
CREATE TABLE "Odd Name" ("Select" INTEGER PRIMARY KEY, [quote'd] varchar, `back` text, untyped);
CREATE TABLE payment (payment_id INTEGER PRIMARY KEY, staff_id INTEGER REFERENCES staff ON DELETE SET NULL, amount REAL NOT NULL CHECK (amount >= 0), paid_at TEXT);
CREATE INDEX payment_staff ON payment (staff_id);
CREATE INDEX payment_day ON payment (date(paid_at), amount DESC);
CREATE VIEW actor_info AS SELECT a.actor_id, a.first_name, count(*) AS films FROM actor a JOIN film_actor fa USING (actor_id) GROUP BY a.actor_id;
CREATE VIEW busy_actors (who, n) AS SELECT first_name, films FROM actor_info WHERE films > 10;
CREATE TRIGGER actor_updated AFTER UPDATE OF first_name ON actor FOR EACH ROW WHEN NEW.first_name <> OLD.first_name
BEGIN
  UPDATE actor SET last_update = CURRENT_TIMESTAMP WHERE actor_id = NEW.actor_id; -- always
  SELECT 1;
END;
CREATE TRIGGER busy_insert INSTEAD OF INSERT ON busy_actors BEGIN INSERT INTO actor (first_name, last_name) VALUES (NEW.who, ';'); END;
