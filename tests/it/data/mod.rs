//! The life of data: what recurs, what is archived, what is backed up and put back.
mod archive;
mod backup;
mod place;
mod reconcile;
mod schedule;
