//! What each role sees and does: the one table behind every decision.
//!
//! Source: the roles and default sight of the project's rules on law and ethics (least privilege by role, area and programme).

use qianmo_store::Role;

use crate::Right;

/// Whose records a role reads within its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Nobody's.
    Nobody,
    /// Everybody's; restricted programmes' only of the residents that the grant names.
    RestrictedByName,
    /// Everybody's.
    Everybody,
    /// Everybody's in routine programmes; in others those of own clients.
    OwnClients,
    /// Only administrative forms, in which no diagnosis can be read.
    Administrative,
    /// Only of programmes that the grant names one by one, always with a reason.
    NamedProgrammes,
    /// Organisations and areas, no residents.
    Organisations,
    /// The residents that the grant names, whatever the programme's sensitivity: their own record.
    Own,
}

/// What a role writes within its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Nothing.
    Nothing,
    /// Every form.
    Forms,
    /// Administrative forms.
    Administrative,
    /// Forms about organisations and areas.
    Organisations,
    /// Their own consent and what they decline.
    Own,
}

/// What a role sees of due lists within its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Nothing.
    Nothing,
    /// Appointments of residents who agreed that it does, without what they are for.
    Appointments,
    /// Who is due for what, as far as it reads their records.
    Due,
}

/// What a role sees and does within its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duties {
    /// Whose records it reads.
    pub rows: Rows,
    /// Whether it may ask for unmasked identity numbers, phones and accounts.
    pub exposes: bool,
    /// Whether it sees indicators, returns and summaries.
    pub numbers: bool,
    /// What it sees of due lists.
    pub lines: Lines,
    /// What it writes.
    pub writes: Writes,
    /// What else it may do.
    pub rights: &'static [Right],
}

const NOTHING: Duties =
    Duties { rows: Rows::Nobody, exposes: false, numbers: false, lines: Lines::Nothing, writes: Writes::Nothing, rights: &[] };

impl Duties {
    /// Those of a role.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        let care = Self { exposes: true, numbers: true, lines: Lines::Due, writes: Writes::Forms, ..NOTHING };
        match role {
            Role::VillageDoctor => Self { rows: Rows::RestrictedByName, ..care },
            Role::PublicHealth => Self {
                rows: Rows::Everybody,
                rights: &[
                    Right::EnrolDevices,
                    Right::GiveOwnRecord,
                    Right::FileReturns,
                    Right::ReviewArrivals,
                    Right::Export,
                    Right::FreezeCampaigns,
                ],
                ..care
            },
            Role::Clinician => Self { rows: Rows::OwnClients, ..care },
            Role::HealthOffice => Self {
                rows: Rows::Administrative,
                exposes: true,
                numbers: true,
                writes: Writes::Administrative,
                rights: &[Right::FileReturns, Right::ApproveReturns, Right::Publish, Right::Export],
                ..NOTHING
            },
            Role::CountyAnalyst => Self {
                rows: Rows::NamedProgrammes,
                numbers: true,
                rights: &[Right::ApproveReturns, Right::Publish, Right::Export],
                ..NOTHING
            },
            Role::DiseaseControl => {
                Self { rows: Rows::NamedProgrammes, rights: &[Right::FileReturns, Right::Export, Right::FreezeCampaigns], ..care }
            }
            Role::Supervision => {
                Self { rows: Rows::Organisations, numbers: true, lines: Lines::Due, writes: Writes::Organisations, ..NOTHING }
            }
            Role::Committee => Self { lines: Lines::Appointments, ..NOTHING },
            Role::Resident => Self { rows: Rows::Own, exposes: true, lines: Lines::Due, writes: Writes::Own, ..NOTHING },
            Role::Auditor => Self { rights: &[Right::ReadAudit], ..NOTHING },
            Role::Administrator => Self {
                rights: &[Right::ManageAccounts, Right::GiveGrants, Right::EnrolDevices, Right::EditAreas, Right::Backup],
                ..NOTHING
            },
        }
    }
}
