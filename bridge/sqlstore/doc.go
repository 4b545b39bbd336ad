// Package sqlstore keeps the bridge's memory in an SQL database: it implements
// bridge.Store, and all SQL of the project stands here.
//
// # What is durable when
//
// Every method that writes is one transaction, durable when it returns nil:
// SQLite in WAL mode with synchronous=FULL, so that a commit is one fsync of the
// log. One connection writes. A write waits in a queue until the commit before
// it has ended; then all writes that wait run in one transaction, each in a
// savepoint of its own, and share one commit. Nobody waits for a timer: a lone
// writer commits at once, and 64 writers share each fsync. A write that fails
// undoes its own savepoint and harms no other; a commit that fails fails all of
// its group.
//
// The leaves that a group wrote are sequenced into the log at its end, in the
// same commit: the log's head never names a leaf that is not there, and no leaf
// is durable without its index.
//
// A context that ends while its write still waits drops the write. One that has
// begun is answered with what became of it.
//
// Reads use connections of their own, which cannot write. They see the last
// commit and hold nobody up.
//
// # The queue
//
// The transmission table is the queue. A row that may be claimed stands in a
// small partial index ordered by (sequence, ordinal), one for each step; a row
// that sleeps (a lease runs, or the next try is not due) stands in an index by
// the time at which it wakes, and each claim first wakes what is due. Of the rows
// with one order key exactly the oldest unfinished one has its turn; the turn is
// handed on when it finishes. So a claim costs the same among ten rows and ten
// million.
//
// A claim has a fencing token from one counter. Whoever holds an older one is
// refused. The token that ended a claim is remembered with a fingerprint of what
// ended it, so that the same commit after an unknown outcome is answered yes.
//
// # SQL
//
// Statements keep to what SQLite and PostgreSQL share: numbered parameters ($1),
// ON CONFLICT, RETURNING, recursive queries, string_agg, partial indexes. What
// is SQLite's own stands in sqlite.go and migrations/sqlite.
package sqlstore
