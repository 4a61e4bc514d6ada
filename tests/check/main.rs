//! `check`: what is found in files, where, and how it is told.
