import { answered, api, asProblem, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";

import { queries } from "../queries";

export type Me = Body<"Me">;

const session = {
  queryKey: ["session", "me"],
  staleTime: Infinity,
  queryFn: async (): Promise<Me | null> => {
    try {
      return await answered(api.GET("/api/v1/session"));
    } catch (thrown) {
      if (asProblem(thrown).status === 401) return null;
      throw thrown;
    }
  },
};

/** Who is logged in, or null: for the router, before a screen opens. */
export function whoIsThere(): Promise<Me | null> {
  return queries.ensureQueryData(session);
}

/** Who is logged in and what they may do, for components behind the login. */
export function useMe() {
  const query = useQuery(session);
  const me = computed(() => query.data.value ?? undefined);
  const may = (right: string, area?: string) =>
    computed(() => me.value?.rights.some((held) => held.right === right && (area === undefined || held.areas.length > 0)) ?? false);
  // What there is to be seen: who may see none of it isn't shown an empty screen that says all is well.
  const sees = computed(() => {
    const programmes = me.value?.programmes ?? [];
    return {
      numbers: programmes.some((one) => one.numbers),
      people: programmes.some((one) => one.read.length > 0 || one.read_with_reason.length > 0),
      due: me.value?.due ?? false,
      returns: me.value?.rights.some(({ right }) => right === "file_returns" || right === "approve_returns") ?? false,
    };
  });
  return { me, may, sees };
}

export async function logIn(name: string, password: string, code?: string): Promise<void> {
  await api.POST("/api/v1/session", { body: { name, password, code: code ?? null } });
  queries.clear();
}

/** Ends the session and forgets everything that was read under it. */
export async function logOut(): Promise<void> {
  await api.DELETE("/api/v1/session");
  queries.clear();
  location.assign("/login");
}
