// Compiles templates/*.hbs to plain functions that join strings. Handlebars parses them; its own code for a template,
// which looks up every value through its runtime, took a tenth of a render. What the site's templates use is supported,
// with the meaning that Handlebars gives it in strict mode (test/site/templates.test.ts compares both); anything else
// is an error of the build.
import Handlebars from 'handlebars';

/** The source of a function of a template's data. Its other argument has the helpers of src/site/templates.ts. */
export function compileTemplate(source) {
  const { body } = Handlebars.parse(source);
  return `(d0, h) => ${programCode(body, { depth: 0, each: -1 })}`;
}

/** `scope`: how many contexts are nested, and which of them is the item of the innermost `each`; -1 without one. */
function programCode(statements, scope) {
  const pieces = statements
    .map((statement) => statementCode(statement, scope))
    .filter((piece) => piece !== "''");
  return pieces.length === 0 ? "''" : pieces.join(' + ');
}

function statementCode(statement, scope) {
  switch (statement.type) {
    case 'ContentStatement':
      return stringCode(statement.value);
    case 'CommentStatement':
      return "''";
    case 'MustacheStatement':
      if (statement.params.length > 0 || statement.hash) throw unsupported(statement, 'a helper');
      return `h.${statement.escaped ? 'escape' : 'raw'}(${neededCode(statement.path, scope)})`;
    case 'BlockStatement':
      return blockCode(statement, scope);
    case 'PartialStatement':
      return partialCode(statement, scope);
    default:
      throw unsupported(statement, `a ${statement.type}`);
  }
}

function blockCode({ path, params, hash, program, inverse, ...block }, scope) {
  const name = path.original;
  const [param, ...others] = params;
  if (!param || others.length > 0 || hash || program?.blockParams) throw unsupported(block, `this #${name}`);
  const value = valueCode(param, scope);
  const otherwise = inverse ? programCode(inverse.body, scope) : "''";
  const body = program?.body ?? [];
  const inner = { depth: scope.depth + 1, each: name === 'each' ? scope.depth + 1 : scope.each };
  switch (name) {
    case 'if':
      return `(h.isFull(${value}) ? ${programCode(body, scope)} : ${otherwise})`;
    case 'unless':
      return `(h.isFull(${value}) ? ${otherwise} : ${programCode(body, scope)})`;
    case 'with':
      return `h.with(${value}, (d${inner.depth}) => ${programCode(body, inner)}, () => ${otherwise})`;
    case 'each':
      if (inverse) throw unsupported(block, 'an {{else}} of #each');
      return `h.each(${value}, (d${inner.depth}, i${inner.depth}) => ${programCode(body, inner)})`;
    default:
      throw unsupported(block, `#${name}`);
  }
}

function partialCode({ name, params, hash, ...partial }, scope) {
  if (params.length > 1) throw unsupported(partial, 'this partial');
  const context = params[0] ? valueCode(params[0], scope) : `d${scope.depth}`;
  const pairs = (hash?.pairs ?? []).map(
    ({ key, value }) => `${JSON.stringify(key)}: ${valueCode(value, scope)}`,
  );
  const data = pairs.length === 0 ? context : `{ ...${context}, ${pairs.join(', ')} }`;
  return `h.partial(${name.type === 'SubExpression' ? lookupCode(name, scope) : stringCode(name.original)}, ${data})`;
}

function lookupCode({ path, params, ...expression }, scope) {
  const [from, key] = params;
  if (path.original !== 'lookup' || params.length !== 2)
    throw unsupported(expression, `(${path.original} …)`);
  return `${valueCode(from, scope)}[${valueCode(key, scope)}]`;
}

/** A value that must be there. */
function neededCode(path, scope) {
  if (path.type !== 'PathExpression' || path.data || path.parts.length === 0) return valueCode(path, scope);
  const parts = path.parts.slice(0, -1).map((part) => `.${part}`);
  return `h.need(${contextCode(path, scope)}${parts.join('')}, ${stringCode(path.parts.at(-1))})`;
}

function valueCode(expression, scope) {
  if (expression.type === 'StringLiteral') return stringCode(expression.value);
  if (expression.type !== 'PathExpression') throw unsupported(expression, `a ${expression.type}`);
  if (expression.data) {
    if (expression.original !== '@first' || scope.each < 0)
      throw unsupported(expression, expression.original);
    return `i${scope.each} === 0`;
  }
  return contextCode(expression, scope) + expression.parts.map((part) => `.${part}`).join('');
}

function contextCode({ depth, parts, ...path }, scope) {
  if (depth > scope.depth)
    throw unsupported(path, `${path.original}: partials do not see what is around them`);
  if (!parts.every((part) => /^[A-Za-z]\w*$/.test(part))) throw unsupported(path, path.original);
  return `d${scope.depth - depth}`;
}

const stringCode = (text) => JSON.stringify(text);

const unsupported = ({ loc }, what) =>
  new Error(`line ${loc?.start.line}: ${what} is not supported (scripts/templates.mjs)`);
