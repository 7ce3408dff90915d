-- Whatever the role or the database sets: a backslash in these files is one.
set local standard_conforming_strings = on;
