-- Everything that a revision file can hold.
-- migrate:revision ae1027a6acf0
-- migrate:message Give every invoice a number
-- migrate:down_revision 1975ea83b712 27c6a30d7c24
-- migrate:depends_on billing
-- migrate:labels accounts
-- migrate:created 2026-11-22T13:43:40Z
-- migrate:assert SELECT count(*) = 0 FROM invoice WHERE customer_id IS NULL

-- migrate:up
ALTER TABLE invoice ADD COLUMN number text;

-- migrate:data name:number_invoices table:invoice key:id batch:500
UPDATE invoice
   SET number = 'R' || id::text
 WHERE id > :from AND id <= :to;
-- migrate:assert SELECT count(*) = 0 FROM invoice WHERE number IS NULL

-- migrate:up dialect:postgresql transaction:false lock_timeout:2s statement_timeout:30m
-- migrate:allow long_lock because the table is small
CREATE UNIQUE INDEX CONCURRENTLY invoice_number ON invoice (number);

-- migrate:up dialect:sqlite foreign_keys:on
CREATE UNIQUE INDEX invoice_number ON invoice (number); -- SQLite builds it at once

-- migrate:down dialect:postgresql transaction:false
DROP INDEX CONCURRENTLY invoice_number;
-- migrate:down dialect:sqlite
DROP INDEX invoice_number;
-- migrate:down
ALTER TABLE invoice DROP COLUMN number;
