import vueI18n from "@intlify/unplugin-vue-i18n/vite";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import components from "unplugin-vue-components/vite";
import { defineConfig } from "vite";
import { compression } from "vite-plugin-compression2";

// `QIANMO_SERVER`: where the dev server sends requests of the interface.
const proxy = { "/api": { target: process.env["QIANMO_SERVER"] ?? "http://127.0.0.1:8420", changeOrigin: false } };

export default defineConfig({
  plugins: [
    vue(),
    // Messages are compiled here: the browser gets functions, and nothing has to be evaluated there.
    vueI18n({ runtimeOnly: true, compositionOnly: true, strictMessage: false }),
    // Element Plus's components with the style of each; our own are imported by hand.
    components({ dirs: [], dts: false, resolvers: [ElementPlusResolver()] }),
    // Packed once here, so that the binary gives files out as they are.
    compression({ algorithms: ["gzip", "brotliCompress"], threshold: 1024 }),
  ],
  build: { target: "es2022", outDir: "../../dist/office", emptyOutDir: true, chunkSizeWarningLimit: 900 },
  server: { proxy },
  preview: { proxy },
});
