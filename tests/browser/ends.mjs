// What is to be done at the end of a test: `atEnd(t, () => context.close())`.

const works = new WeakMap();

/**
 * `t.after`, but for this: all of it is done though one of them fails. Node leaves out what stands behind that, and whoever has
 * not left then keeps the process from its end.
 */
export function atEnd(t, work) {
  if (!works.has(t)) {
    works.set(t, []);
    t.after(async () => {
      const errors = [];
      for (const one of works.get(t).splice(0)) {
        try {
          await one();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    });
  }
  works.get(t).push(work);
}
