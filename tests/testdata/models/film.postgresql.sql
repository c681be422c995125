-- A film rental, of the shape of the Pagila sample: every kind that PostgreSQL's model has.
CREATE SCHEMA stats;
CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
CREATE DOMAIN year AS integer CONSTRAINT year_check CHECK (VALUE >= 1901 AND VALUE <= 2155);
CREATE SEQUENCE actor_actor_id_seq INCREMENT 5 START 10;
CREATE FUNCTION last_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.last_update = CURRENT_TIMESTAMP; -- always
  RETURN NEW;
END $$;
CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION doubled(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $1';
CREATE TABLE actor (actor_id integer DEFAULT nextval('actor_actor_id_seq') NOT NULL PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL COLLATE "C",
  last_update timestamptz DEFAULT now() NOT NULL);
CREATE INDEX idx_actor_last_name ON actor (last_name);
CREATE TABLE language (language_id smallserial PRIMARY KEY, name char(20) NOT NULL);
CREATE TABLE film (film_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, description text, release_year year,
  language_id smallint NOT NULL REFERENCES language ON UPDATE CASCADE ON DELETE RESTRICT, original_language_id smallint REFERENCES language DEFERRABLE INITIALLY DEFERRED,
  rental_duration smallint DEFAULT 3 NOT NULL, rental_rate numeric(4,2) DEFAULT 4.99 NOT NULL, length smallint, rating mpaa_rating DEFAULT 'G'::mpaa_rating,
  special_features text[], fulltext tsvector, twice integer GENERATED ALWAYS AS (doubled(length)) STORED, span tstzrange, extra jsonb DEFAULT '{}' NOT NULL,
  CONSTRAINT length_positive CHECK (length IS NULL OR length > 0), EXCLUDE USING gist (span WITH &&));
CREATE INDEX film_fulltext_idx ON film USING gist (fulltext);
CREATE INDEX idx_title ON film (lower(title) text_pattern_ops, release_year DESC NULLS LAST) INCLUDE (rating) WHERE length > 10;
CREATE UNIQUE INDEX one_title ON film (title, release_year);
CREATE INDEX film_extra ON film USING gin (extra) WITH (fastupdate = off);
COMMENT ON TABLE film IS 'what can be rented; it''s the heart';
COMMENT ON COLUMN film.length IS 'minutes';
COMMENT ON CONSTRAINT length_positive ON film IS 'no film is empty';
CREATE TABLE film_actor (actor_id integer NOT NULL REFERENCES actor ON UPDATE CASCADE, film_id integer NOT NULL REFERENCES film, PRIMARY KEY (actor_id, film_id)) WITH (fillfactor = 70);
CREATE TABLE store (store_id integer PRIMARY KEY, manager_staff_id integer NOT NULL);
CREATE TABLE staff (staff_id integer PRIMARY KEY, store_id integer NOT NULL REFERENCES store, picture bytea, email text, active boolean DEFAULT true NOT NULL);
ALTER TABLE store ADD CONSTRAINT store_manager FOREIGN KEY (manager_staff_id) REFERENCES staff;
CREATE UNLOGGED TABLE stats.visit (id bigserial PRIMARY KEY, at timestamp(3) DEFAULT CURRENT_TIMESTAMP, store_id integer REFERENCES public.store);
CREATE TABLE "Odd Name" ("Select" integer PRIMARY KEY, "quote""d" varchar);
CREATE TRIGGER last_updated BEFORE UPDATE ON actor FOR EACH ROW EXECUTE FUNCTION last_updated();
CREATE VIEW actor_info AS SELECT a.actor_id, a.first_name, count(*) AS films FROM actor a JOIN film_actor fa USING (actor_id) GROUP BY a.actor_id;
CREATE VIEW busy_actors WITH (security_barrier) AS SELECT * FROM actor_info WHERE films > 10;
CREATE MATERIALIZED VIEW rental_by_rating AS SELECT rating, count(*) AS n FROM film GROUP BY rating;
CREATE UNIQUE INDEX rental_rating ON rental_by_rating (rating);
COMMENT ON VIEW actor_info IS 'who plays how often';
ALTER TABLE film_actor ALTER COLUMN film_id SET STATISTICS 200;
