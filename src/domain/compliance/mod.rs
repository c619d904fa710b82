//! Who may be contacted: one pure function over data, and the permit that only it can make.
pub mod checks;
pub mod decide;
pub mod duties;
pub mod facts;
pub mod holidays;
pub mod limits;
pub mod permit;
pub mod regions;
pub mod rows;
pub mod windows;
