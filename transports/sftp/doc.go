// Package sftp is the SFTP server that trading partners drop files on and fetch
// documents from: protocol version 3 (draft-ietf-secsh-filexfer-02) over SSH-2
// (RFC 4251-4254).
//
// # What a partner sees
//
// Each user is alone in a tree of three folders that exists in memory only:
//
//	/      uploads are taken here too: many clients put files where they start
//	/in    uploads
//	/out   the documents that wait for this user (transports.Mailbox)
//
// No path of a peer ever becomes a path of this machine. A name may hold any
// bytes but NUL and "/", at most 255 of them; it is a fact that travels with the
// file. Links, further folders and permissions do not exist: mkdir of the three
// folders is answered OK, every other one is refused; chmod and chown are answered
// OK and do nothing; times are kept as a fact.
//
// # When an upload counts
//
// Every OPEN for writing starts an empty object of its own in the spool folder;
// nothing in custody is ever truncated, appended to or overwritten. The answer to
// CLOSE is OK only after Handler.Accept returned nil, and Accept is called only
// when every WRITE went well, the bytes are whole (WRITEs in any order; no hole, no
// overlap) and their number is the size that the client set, if it set one.
// A connection that ends before CLOSE leaves a log line and nothing else.
//
// A refusal never says more than its kind and our id; the name is then neither
// listed nor known to STAT. Clients that do not read the answer to CLOSE (paramiko,
// PuTTY, libssh2, by their version string) lose the connection in its place.
//
// After the OK the name answers STAT, LSTAT, FSTAT, SETSTAT and REMOVE for ten
// minutes with the size received, though the file has long moved on: senders check
// it. Such an echo is in nobody's way: the same name sent again is a second
// delivery, also at the same time in two sessions, in the order of the CLOSEs.
// RENAME of an echo is answered OK and moves the echo; the delivery keeps the name
// that it was accepted under. Opening an echo for appending, or for writing without
// CREAT and TRUNC (resume), is refused at OPEN. An OPEN without TRUNC that writes
// nothing onto a name that is there changes nothing (lftp does so when an answer was
// lost). Otherwise a file of zero bytes is a delivery like any other.
//
// # Temporary names
//
// *.filepart, *.tmp, *.partial, *.part, *.temp, .* and ~* (in any case of letters),
// and a user's own patterns, mark uploads that are not finished. Their CLOSE is
// answered OK when the bytes are durable in the spool folder; they are delivered by
// the RENAME (plain or posix-rename@openssh.com) to a final name, which is answered
// OK only after Accept; a failed RENAME leaves them where they were. They survive a
// restart and may be resumed (OPEN without TRUNC, offsets from their size on). One
// that nobody renames is reported after an hour and removed after a week, both in
// the log.
//
// # Picking up
//
// /out lists what the user has not taken. A document is taken when all its bytes
// were read and the handle was closed, or when the user removes it; the evidence
// says which ("read", "removed-unread"). It can still be fetched by its name as long
// as the Mailbox lists it; a channel that removed it does not see it any more. REMOVE
// in /out of what is not there is answered OK. Bodies are read to their end, and so checked
// by the archive, before the OPEN is answered.
//
// # Log keys
//
// All lines carry endpoint; lines of a connection also remote (address), session
// (ULID), and once logged in peer (user) and client (SSH version string). Further:
// name (path in the tree), size (bytes, or files), transmission (ULID that Accept
// was called with), duration, reason (fixed text that the peer was told), error,
// method (of the login), kex, cipher, host_key, addr (where we listen).
//
// Messages: "serving", "stopped", "login", "login failed", "login refused",
// "handshake failed", "session ended", "accepted", "not accepted", "upload broken
// off", "staged", "stale temporary upload", "temporary upload expired", "taken",
// "fetch broken off", "mailbox failed", "name cannot be shown", "bad name pattern",
// "spool cleaned", "spool not cleaned".
package sftp
