// Package sqlstore keeps the bridge's memory in an SQL database, SQLite or
// PostgreSQL: it implements bridge.Store, and all SQL of the project stands here.
//
// # What is durable when
//
// Every method that writes is one transaction, durable when it returns nil:
// SQLite in WAL mode with synchronous=FULL, PostgreSQL with synchronous_commit=on,
// so that a commit is one fsync of the log. A write waits in a queue until the
// commit before it has ended; then the writes that wait run in one transaction
// and share one commit. Nobody waits for a timer: a lone writer commits at once,
// and 64 writers share each fsync. A write that fails harms no other: one that
// failed before it changed anything is left out, behind one that failed later the
// group is undone and each of its writes runs alone. A commit that fails fails all
// of its group.
//
// Those who wait take turns by party, one write each, and a group is short: one
// partner's thousand writes stand before another's one write once.
//
// A context that ends while its write still waits drops the write. One that has
// begun is answered with what became of it.
//
// Reads use connections of their own, which cannot write. They see the last
// commit and hold nobody up.
//
// # SQLite
//
// One connection writes, and a group grows while it runs, for some milliseconds.
// There are no savepoints, which would copy each page that is changed. A leaf gets
// its index when it is written, and the log's tree is brought behind the group's
// leaves at its end, in the same commit: no leaf is durable without its index.
//
// # PostgreSQL
//
// One connection commits accepts, and one or more commit all else: several
// processes on one database do so side by side.
//
// What one transaction must hold alone is named before it begins (the line of an
// order key, a series of control numbers) and locked first, all names in one
// order, so that transactions of many writes do not wait for each other in
// circles. A Transmission's row is locked when it is read to be changed; claims
// pass locked rows by. Where two wait for each other all the same, the one that
// the server ends runs again.
//
// Statements whose answer nobody waits for leave with the next one that somebody
// does wait for, the begin and the commit among them: an accept is three round
// trips, shared with its group, which is chosen before it begins. What failed
// before the commit was sent, because the connection broke or another transaction
// was in the way, runs again; what became of a commit that was sent and not
// answered nobody knows: that is ErrUnavailable, and the caller's same call again
// has the same end.
//
// The accept sequence is one row, changed by each accept and locked until its
// commit: who sees a sequence sees all before it. Fencing tokens come from a
// sequence that may leave gaps.
//
// Leaves get their index behind their commit, at most a second later: in each
// process a sequencer looks for such leaves, and the one that gets an advisory
// lock gives them the next indexes, in a transaction of its own. News of due work
// goes to the other processes by NOTIFY, outside the commits that make it due,
// since the server lets such commits through one by one; news that is lost is made
// good by polling.
//
// # The queue
//
// The transmission table is the queue. A row that may be claimed stands in a
// small partial index ordered by (step, queue, sequence, ordinal). A queue is a
// lane, an endpoint (of what is delivered) and a party; its name stands in the
// row, and that it has something due is told by the index alone: there is no
// count and no head that could be out of step. A claim walks over the queues,
// one step down the index each, from where the last claim of this process ended,
// and takes the heads in turns: lanes by their shares (smooth weighted round
// robin), the queues of a lane one row each. Endpoints without room are left out
// of the walk. A row
// that sleeps (a lease runs, or the next try is not due) stands in an index by
// the time at which it wakes, and each claim first wakes what is due. Of the rows
// with one order key exactly the oldest unfinished one has its turn; the turn is
// handed on when it finishes. So a claim costs the same among ten rows and ten
// million.
//
// Whether there is anything to claim is looked up by a read before: most claims
// find nothing, and need no transaction. What a commit makes due it may lease to who
// asks for it with that commit ([bridge.Lease]), unless something of an older file
// is due in the same queue: a file that finds the bridge at rest is never claimed.
//
// A claim has a fencing token. Whoever holds an older one is refused. The token
// that ended a claim is remembered with a fingerprint of what ended it, so that
// the same commit after an unknown outcome is answered yes.
//
// # SQL
//
// Statements keep to what SQLite and PostgreSQL share: numbered parameters ($1),
// ON CONFLICT, RETURNING, recursive queries, string_agg, partial indexes. Whether
// something is there that belongs to a row of a walk is asked by (SELECT 1 ... LIMIT 1)
// IS NOT NULL: where EXISTS stands below OR or CASE, PostgreSQL answers it for all
// rows at once, out of the whole table. What looks for one of many has an order, by
// which it keeps to its index whatever statistics say of how many there are. What
// stands in a comment "/*pg ... */" is for PostgreSQL alone: row locks, and
// conditions by which it finds an index. What is a database's own stands in
// sqlite*.go and postgres*.go, behind the interfaces of database.go.
package sqlstore
