"""The languages in which learners read: one gettext catalogue (a .po file) a language, passed to whoever writes."""
