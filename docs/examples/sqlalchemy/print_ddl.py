"""Prints the DDL of SQLAlchemy models, for `models: {exec: [python, print_ddl.py]}` of migrator.yaml. Needs no database."""

import os

from sqlalchemy import create_mock_engine

from models import Base

dialect = os.environ.get("MIGRATOR_DIALECT", "sqlite")


def show(statement, *_arguments, **_options):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";\n")


engine = create_mock_engine("sqlite://" if dialect == "sqlite" else "postgresql+psycopg2://", show)
Base.metadata.create_all(engine, checkfirst=False)
