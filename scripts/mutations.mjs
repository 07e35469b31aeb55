// Small changes to a TypeScript file, each of which should make a test fail.
import { parseAst } from 'vitest/node';

/** The replacement of each operator. */
const OPERATORS = {
  BinaryExpression: {
    '===': '!==',
    '!==': '===',
    '<': '<=',
    '<=': '<',
    '>': '>=',
    '>=': '>',
    '+': '-',
    '-': '+',
    '*': '/',
    '/': '*',
    '%': '*',
  },
  LogicalExpression: { '&&': '||', '||': '&&' },
  AssignmentExpression: { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=' },
};

/** The changes to each type of node: a list of [what, from, to, text that replaces this range]. */
const CHANGES = {
  ArrayExpression: ({ elements, start, end }) =>
    elements.length > 0 ? [['array emptied', start, end, '[]']] : [],
  AssignmentExpression: operatorChanges,
  BinaryExpression: operatorChanges,
  ConditionalExpression: conditionChanges,
  ExpressionStatement: ({ directive, start, end }) =>
    directive ? [] : [['statement removed', start, end, ';']],
  IfStatement: conditionChanges,
  Literal({ value, start, end }) {
    if (typeof value === 'boolean') return [[`${value} is ${!value}`, start, end, String(!value)]];
    return typeof value === 'string' && value !== '' ? [['string emptied', start, end, "''"]] : [];
  },
  LogicalExpression: (node, source) =>
    node.operator === '??'
      ? [['default removed', source.indexOf('??', node.left.end), node.end, '']]
      : operatorChanges(node, source),
  UnaryExpression: ({ operator, start }) =>
    operator === '!' || operator === '-' ? [[`${operator} removed`, start, start + 1, '']] : [],
  UpdateExpression({ operator, prefix, start, end }) {
    const from = prefix ? start : end - 2;
    const other = operator === '++' ? '--' : '++';
    return [[`${operator} is ${other}`, from, from + 2, other]];
  },
};

function operatorChanges({ type, operator, left }, source) {
  const other = OPERATORS[type][operator];
  if (other === undefined) return [];
  const from = source.indexOf(operator, left.end);
  return [[`${operator} is ${other}`, from, from + operator.length, other]];
}

function conditionChanges({ test: { start, end } }, source) {
  return [['condition negated', start, end, `!(${source.slice(start, end)})`]];
}

/** The child nodes that are executed; names are left out. */
function* childrenOf(node) {
  if (/^(?:Import|ExportAll)/.test(node.type)) return;
  for (const [key, value] of Object.entries(node)) {
    // In nodes of types, only expressions: `value as Type`.
    if (node.type.startsWith('TS') && key !== 'expression') continue;
    if (key === 'source' || (key === 'key' && !node.computed)) continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child?.type === 'string') yield child;
  }
}

/**
 * Every mutation of a file, in the order of the text: a description, the line where it begins (from 1), and the text of
 * the whole mutated file.
 */
export function mutationsOf(source) {
  const found = [];
  const visit = (node) => {
    found.push(...(CHANGES[node.type]?.(node, source) ?? []));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parseAst(source, { lang: 'ts' }));
  return found
    .toSorted(([, a], [, b]) => a - b)
    .map(([what, from, to, text]) => ({
      what,
      line: source.slice(0, from).split('\n').length,
      text: source.slice(0, from) + text + source.slice(to),
    }));
}
