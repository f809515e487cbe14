//! What may be done beside reading and writing records.

use qianmo_core::{AreaCode, Fault};
use qianmo_store::{Grant, Role};

use crate::{Access, Duties};

/// Something that may be done in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Open, close and reset accounts of workers.
    ManageAccounts,
    /// Give and take grants; each also needs [`Access::may_give`].
    GiveGrants,
    /// Give residents and guardians access to their own record, having seen who they are.
    GiveOwnRecord,
    /// Enrol, revoke and wipe devices.
    EnrolDevices,
    /// Change the division tree.
    EditAreas,
    /// Read the audit trail, without the content of records.
    ReadAudit,
    /// Generate and submit returns.
    FileReturns,
    /// Approve returns or send them back.
    ApproveReturns,
    /// Look at what arrived and failed the checks, and decide on it.
    ReviewArrivals,
    /// Publish tables and postings, small cells suppressed.
    Publish,
    /// Take lists away as files; of what the sight shows, noted in the audit chain.
    Export,
    /// Open a campaign's round and freeze its roster.
    FreezeCampaigns,
    /// Back up and verify the whole data: needs every area of the tree that has none below it.
    Backup,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 13] = [
        Self::ManageAccounts,
        Self::GiveGrants,
        Self::GiveOwnRecord,
        Self::EnrolDevices,
        Self::EditAreas,
        Self::ReadAudit,
        Self::FileReturns,
        Self::ApproveReturns,
        Self::ReviewArrivals,
        Self::Publish,
        Self::Export,
        Self::FreezeCampaigns,
        Self::Backup,
    ];
}

impl Access {
    /// Whether something may be done in an area.
    #[must_use]
    pub fn may(&self, right: Right, area: AreaCode) -> bool {
        self.held.iter().any(|held| held.residents.is_none() && held.duties.rights.contains(&right) && held.reaches(area))
    }

    /// Errors: `ACCESS-0104` when no grant reaches the area, `ACCESS-0102` when it may not be done there.
    pub fn require_right(&self, right: Right, area: AreaCode) -> Result<(), Fault> {
        self.require_area(area)?;
        if self.may(right, area) { Ok(()) } else { Err(Fault::new("ACCESS-0102")) }
    }

    /// Whether this worker may give, or take back, a grant: with [`Right::GiveGrants`] in its area, to somebody else; residents' and guardians' also
    /// with [`Right::GiveOwnRecord`]. Nobody's rights grow by their own hand.
    ///
    /// Errors: `ACCESS-0105` when it is for oneself, `ACCESS-0106` when a resident's grant names no residents, `ACCESS-0104` and `ACCESS-0102`
    /// as [`Access::require_right`].
    pub fn may_give(&self, grant: &Grant) -> Result<(), Fault> {
        if grant.worker == self.worker {
            return Err(Fault::new("ACCESS-0105"));
        }
        let own = grant.role == Role::Resident;
        if own && grant.residents.as_ref().is_none_or(std::collections::BTreeSet::is_empty) {
            return Err(Fault::new("ACCESS-0106"));
        }
        if own && self.may(Right::GiveOwnRecord, grant.area) {
            return Ok(());
        }
        self.require_right(Right::GiveGrants, grant.area)
    }

    /// The rights of a role, wherever it has them.
    #[must_use]
    pub fn rights_of(role: Role) -> &'static [Right] {
        Duties::of(role).rights
    }
}
