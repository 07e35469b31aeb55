// Small changes of a TypeScript file, each of which a test should notice.
import { parseAst } from 'vitest/node';

/** What each operator is changed into. */
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

/** What is changed of each type of node: a list of [what, from, to, text in place of this range]. */
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

/** The nodes in a node that run, and are no names. */
function* childrenOf(node) {
  if (/^(?:Import|ExportAll)/.test(node.type)) return;
  for (const [key, value] of Object.entries(node)) {
    // Of types, only expressions that stand in them: `value as Type`.
    if (node.type.startsWith('TS') && key !== 'expression') continue;
    if (key === 'source' || (key === 'key' && !node.computed)) continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child?.type === 'string') yield child;
  }
}

/**
 * Every mutation of a file, in the order of the text: what it is, the line (from 1) where it begins, and the text of the
 * whole mutated file.
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
