/** What both apps share: looks (`tokens.css`), the states of what is read, charts, words for numbers and days. Knows no screen. */
export { default as AsyncBlock } from "./states/AsyncBlock.vue";
export { default as ChartBox } from "./chart/ChartBox.vue";
export { default as DataTable } from "./table/DataTable.vue";
export { asCsv, saveText } from "./table/csv";
export type { Cell, Column, SortWord } from "./table/column";
export { default as EmptyState } from "./states/EmptyState.vue";
export { default as ProblemNote } from "./states/ProblemNote.vue";
export { default as QianmoSign } from "./QianmoSign.vue";
export { default as WaitingRows } from "./states/WaitingRows.vue";
export { language, languages, makeI18n, speak, type Language } from "./language";
