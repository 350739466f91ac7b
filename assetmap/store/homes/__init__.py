"""Where does a store live: in a folder of this computer, or on a PostgreSQL server?"""
