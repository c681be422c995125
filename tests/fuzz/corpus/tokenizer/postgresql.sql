SELECT E'a\'b' || $x$ ' $x$ /* a /* b */ */ -- c
FROM "t" WHERE k > :from AND k <= :to::int;