export const PaintingLayer = (_: { readonly seconds: number }) => null
