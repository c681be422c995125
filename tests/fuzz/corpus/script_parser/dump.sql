-- migrate:revision d1
-- migrate:up dialect:postgresql
--
-- PostgreSQL database dump
--

\restrict yZxAbC123

SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.f() RETURNS integer
    LANGUAGE sql
    AS $_$ SELECT 1; /* kept */ $_$;

COPY public.t (id, name) FROM stdin;
1	it's ; one
2	\N

\.

\unrestrict yZxAbC123
-- migrate:up dialect:sqlite
-- migrate:down irreversible
