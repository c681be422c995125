"""The images of the stories: one small history, release after release, as a team would build them. Each is the built migrator with files."""

from whole_cluster import revision

CUSTOMERS = revision("a1", None, "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);", "DROP TABLE customers;", 1)
ORDERS = revision("b2", "a1", "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER);", "DROP TABLE orders;", 2)
NOTES = revision("c3", "b2", "ALTER TABLE orders ADD COLUMN note TEXT;", "ALTER TABLE orders DROP COLUMN note;", 3)
BROKEN = revision("d4", "c3", "CREATE TABLE invoices (id INTEGER PRIMARY KEY);\nALTER TABLE nowhere ADD COLUMN a TEXT;", "DROP TABLE invoices;", 4)
MENDED = revision("d4", "c3", "CREATE TABLE invoices (id INTEGER PRIMARY KEY);", "DROP TABLE invoices;", 4)
# Each of them takes a while, so that something can happen in between.
SLOW = [revision(f"s{number}", f"s{number - 1}" if number > 1 else None,
                 f"CREATE TABLE slow_{number} (id INTEGER PRIMARY KEY);\nSELECT pg_sleep(3);", f"DROP TABLE slow_{number};", number)
        for number in range(1, 5)]

IMAGES = {
    "localhost/shop:1": dict([CUSTOMERS, ORDERS]),
    "localhost/shop:2": dict([CUSTOMERS, ORDERS, NOTES]),
    "localhost/shop:3-broken": dict([CUSTOMERS, ORDERS, NOTES, BROKEN]),
    "localhost/shop:3": dict([CUSTOMERS, ORDERS, NOTES, MENDED]),
    "localhost/shop:slow": dict(SLOW),
}
# Files alone, for image volumes.
FILES = {"localhost/shop-files:2": IMAGES["localhost/shop:2"]}
