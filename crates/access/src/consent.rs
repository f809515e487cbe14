//! Consent: what a resident has agreed to, refused or withdrawn, and what that stops.

use qianmo_core::consent::{ConsentForm, Purpose};
use qianmo_core::pack::Packs;

/// What the packs say about consent, all together.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    form: Option<ConsentForm>,
    purposes: Vec<Purpose>,
}

impl Rules {
    /// Gathers what the packs say.
    #[must_use]
    pub fn of(packs: &Packs) -> Self {
        let form = packs.packs.iter().find_map(|pack| pack.consents.form.clone());
        let purposes = packs.packs.iter().flat_map(|pack| pack.consents.purposes.clone()).collect();
        Self { form, purposes }
    }
}
