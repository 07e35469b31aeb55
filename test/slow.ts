/** Test files that `npm run test:fast` leaves out. A file that starts a process fails unless it is listed here. */
export const SLOW = [
  // They start processes: the program itself, a browser, npm, the linter.
  'test/process/**/*.test.ts',
  'test/deploy/*.test.ts',
  'test/{docs,fixtures,fuzz,layers}.test.ts',
  'test/site/**/*browser.test.ts',
  'test/site/**/{api,budget,filter,frame,health,hostile-site,incremental,languages,lists,money,mute,narrow,one-file,page-workers,prepared,refresh,render,several-stores,url,widths}.test.ts',
  // A run of the program starts flock(1) to lock its store, or a process to sync. Files excluded here need neither.
  'test/cli/**/!(context|fault-report|program|usual-parse|usual-push|usual-render).test.ts',
  'test/parquet/*.test.ts',
  'test/ingest/**/!(arena|commits|draft-addition|log-lines|overlap|session-draft|tally).test.ts',
  'test/rows/new-rows.test.ts',
  'test/clickhouse/**/!(columns).test.ts',
  'test/otlp/push.test.ts',
  'test/maintenance/**/!(original-session).test.ts',
  'test/doctor/**/!(checks|schedule-entries).test.ts',
  'test/platform/{files,filter-program,lock,open-file,schedules,syncer}.test.ts',
  'test/store/{bit-flips,current-state,hostile-store,index/base,store}.test.ts',
  'test/{ai-log/time-formats,pricing/figures,query/exactness,query/why/top-spend}.test.ts',
  'test/report/export/{agreement,dimensions,focus,focus-order}.test.ts',
  'test/report/export/prometheus/*.test.ts',
  // They take long: property tests, and growth of time with size.
  'test/{ai-log/linearity,ai-log/usage/usage-fuzz,platform/json-spans,redact/redact-speed}.test.ts',
  'test/site/session/{page-size,paging,round-files,why-page}.test.ts',
  'test/site/search/exactness.test.ts',
];
