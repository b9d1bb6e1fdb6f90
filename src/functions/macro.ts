/**
 * Functions that are others put together: the body is SQL text with the parameters as its columns, parsed when it is first
 * called and put in the place of the call (`planner/binder/macro.ts`), as with macros that users make.
 */
export interface MacroFunction {
  readonly kind: 'macro'
  readonly name: string
  readonly aliases?: readonly string[]
  readonly category: string
  readonly doc: string
  /** As for scalar functions; a whole query where it begins with SELECT. */
  readonly examples: readonly (readonly [call: string, result: string | null])[]
  /** The body is a query: the macro stands in FROM. */
  readonly table?: boolean
  /** By number of arguments, the first that takes as many as the call has. */
  readonly forms: readonly MacroForm[]
}

export interface MacroForm {
  readonly parameters: readonly string[]
  readonly body: string
}

/** Declares a macro from its forms, written `x, y -> body`. */
export function macro(definition: Omit<MacroFunction, 'kind' | 'forms'>, ...forms: readonly string[]): MacroFunction {
  return { kind: 'macro', ...definition, forms: forms.map(formOf) }
}

function formOf(text: string): MacroForm {
  const arrow = text.indexOf(' -> ')
  return { parameters: text.slice(0, arrow).split(', ').filter(Boolean), body: text.slice(arrow + 4) }
}
