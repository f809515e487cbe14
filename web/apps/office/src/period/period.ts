/** Periods as the server names them: `2026`, `2026H1`, `2026Q4`, `2026-11`. */
export type PeriodKind = "year" | "half" | "quarter" | "month";

export interface Period {
  kind: PeriodKind;
  year: number;
  /** From 1; 1 for a year. */
  part: number;
}

const PARTS: Record<PeriodKind, number> = { year: 1, half: 2, quarter: 4, month: 12 };

export function readPeriod(text: string): Period | undefined {
  const read = /^(\d{4})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(text);
  if (!read) return undefined;
  const [, year, half, quarter, month] = read;
  const kind: PeriodKind = half ? "half" : quarter ? "quarter" : month ? "month" : "year";
  return { kind, year: Number(year), part: Number(half ?? quarter ?? month ?? 1) };
}

export function writePeriod({ kind, year, part }: Period): string {
  switch (kind) {
    case "year":
      return `${year}`;
    case "half":
      return `${year}H${part}`;
    case "quarter":
      return `${year}Q${part}`;
    case "month":
      return `${year}-${String(part).padStart(2, "0")}`;
  }
}

/** The period of a kind in which a day lies. */
export function periodOf(day: string, kind: PeriodKind): Period {
  const month = Number(day.slice(5, 7));
  return { kind, year: Number(day.slice(0, 4)), part: Math.ceil((month * PARTS[kind]) / 12) };
}

/** So many periods of the same kind later, or earlier. */
export function shifted({ kind, year, part }: Period, by: number): Period {
  const count = year * PARTS[kind] + (part - 1) + by;
  return { kind, year: Math.floor(count / PARTS[kind]), part: (count % PARTS[kind]) + 1 };
}

/** The year's own periods of a kind, in order. */
export function partsOf(year: number, kind: PeriodKind): Period[] {
  return Array.from({ length: PARTS[kind] }, (_, index) => ({ kind, year, part: index + 1 }));
}

/** Whether a day lies in the period or before it: the period isn't over then. */
export function isRunning(text: string, today: string): boolean {
  const period = readPeriod(text);
  if (!period) return false;
  const end = shifted(period, 1);
  const first = new Date(Date.UTC(end.year, ((end.part - 1) * 12) / PARTS[end.kind], 1)).toISOString().slice(0, 10);
  return first > today;
}

const words = {
  zh: {
    year: (p: Period) => `${p.year}年`,
    half: (p: Period) => `${p.year}年${p.part === 1 ? "上" : "下"}半年`,
    quarter: (p: Period) => `${p.year}年第${p.part}季度`,
    month: (p: Period) => `${p.year}年${p.part}月`,
  },
  en: {
    year: (p: Period) => `${p.year}`,
    half: (p: Period) => `${p.year}, half ${p.part}`,
    quarter: (p: Period) => `${p.year}, quarter ${p.part}`,
    month: (p: Period) => new Intl.DateTimeFormat("en", { year: "numeric", month: "long", timeZone: "UTC" }).format(Date.UTC(p.year, p.part - 1)),
  },
} as const;

const shortWords = {
  zh: { year: (p: Period) => `${p.year}`, half: (p: Period) => (p.part === 1 ? "上半年" : "下半年"), quarter: (p: Period) => `${p.part}季度`, month: (p: Period) => `${p.part}月` },
  en: {
    year: (p: Period) => `${p.year}`,
    half: (p: Period) => `H${p.part}`,
    quarter: (p: Period) => `Q${p.part}`,
    month: (p: Period) => new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" }).format(Date.UTC(p.year, p.part - 1)),
  },
} as const;

/** A period in words; `short` leaves the year out. What isn't one of these kinds stays as it is. */
export function periodName(text: string, locale: string, short = false): string {
  const period = readPeriod(text);
  if (!period) return text;
  return (short ? shortWords : words)[locale === "en" ? "en" : "zh"][period.kind](period);
}
