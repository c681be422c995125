\restrict k
COPY t (a) FROM stdin;
1	'
\.
\unrestrict k
