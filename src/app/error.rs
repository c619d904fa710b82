//! Why a start did not happen: the operator's to mend, or ours.

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One sentence that says what to do; exit code 2.
    #[error("{0}")]
    Wrong(String),
    /// Exit code 1.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl StartError {
    pub fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Failed(anyhow::Error::new(error))
    }
}
