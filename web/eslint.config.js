import vueI18n from "@intlify/eslint-plugin-vue-i18n";
import vue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "packages/client/src/schema.d.ts", "test-results/**", "playwright-report/**"] },
  ...tseslint.configs.recommended,
  ...vue.configs["flat/essential"],
  {
    files: ["**/*.vue"],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    files: ["**/*.{ts,vue}"],
    plugins: { "@intlify/vue-i18n": vueI18n },
    rules: {
      // Words stand in the `<i18n>` block beside the template, in both languages.
      "@intlify/vue-i18n/no-raw-text": ["error", { ignorePattern: "^[\\s\\d/·：:；，、。（）()%×→←‹›▲▼—–\\-+|△…↑↓✓]*$" }],
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "vue/multi-word-component-names": "error",
    },
  },
);
