//! The people who talk to the desk, and what their role lets them do.
use serde::Deserialize;
use serde::Serialize;

/// What a person is, in this workspace. A person without a role may talk and cannot make anything happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Rep,
    Manager,
    Revops,
    Compliance,
    Operator,
}

impl Role {
    pub fn word(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Manager => "manager",
            Self::Revops => "revops",
            Self::Compliance => "compliance",
            Self::Operator => "operator",
        }
    }
}

/// Who may stop everything that cannot be taken back, and who may let it go on.
pub const HALTERS: &[Role] = &[Role::Operator, Role::Manager, Role::Compliance];
pub const LIFTERS: &[Role] = &[Role::Operator];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Short and stable: `ava`.
    pub id: String,
    /// As cards write it: `Ava`.
    pub name: String,
    pub roles: Vec<Role>,
    /// IANA zone in which this person reads times.
    pub zone: String,
}

impl Person {
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    pub fn any_of(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.is(*role))
    }
}
