/** `bind(build)` gives the tag of templates whose elements are made by `build(type, props, ...children)`. */
declare const htm: {
  bind<Piece>(
    build: (this: { 0: number }, type: unknown, props: unknown, ...children: readonly unknown[]) => Piece,
  ): (strings: TemplateStringsArray, ...values: readonly unknown[]) => Piece;
};
export default htm;
