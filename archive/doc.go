// Package archive keeps every byte that was received or sent, and proves it.
//
// # Bodies
//
// A body is the bytes of one file, event or receipt as they travelled.
// [Archive.Put] hashes it while it streams in, compresses it and hands it to
// [Blobs]; when Put returns, the body is durable. What comes back is an
// [Object]: whose it is, its SHA-256, and where it lies. The archive keeps no
// index of its own: who stores the Object (the bridge, in the commit that takes
// custody) decides that the body counts. A body whose Object was never stored is
// an orphan, and harmless.
//
// [Archive.Get] streams a body back and verifies it on the way: a byte that
// differs ends in a [DamageError], never in io.EOF.
//
// # Where bodies lie
//
// [Blobs] is the seam: [Dir] keeps them in a local folder, an object store can
// keep them elsewhere; package archivetest is what each must pass. Dir writes
// packs: append-only files, one set per month, sealed at 64 MiB.
//
//	DIR/lock                        held (flock) by the one process that writes, or by those that share the folder
//	DIR/pack/2026-11-0000000001.pack  while it grows, held (flock) by the process that writes it
//	DIR/spool/                      large bodies on their way in, each under the name of an empty pack that is held
//
//	pack   = header *frame
//	header = "EDIBRIDGE-PACK1" LF                    16 bytes; the digit is the version
//	frame  = length sha256 stored
//	length = 8 bytes, big endian                     of stored
//	sha256 = 32 bytes                                over stored
//	stored = the body, compressed with zstd (RFC 8878) or as it is
//
// Names sort by month and number; a name is taken by making its file, so that no
// two writers share one. A body of at most [SmallBody] bytes shares a pack; a
// larger one streams through a file of its own and becomes a pack of one frame by
// fsync, rename and fsync of the folder.
//
// # Several writers
//
// Processes that share a folder ([DirOptions.Shared]) each write packs of their
// own, and read all. Nothing but the locks of the file system tells them of each
// other: a pack whose lock is free was left by a process that is dead, and is ended
// by whoever finds it first, at opening or by [Dir.Mend]. An empty file may stay
// behind where one died that had only taken a name. The folder lies on one machine,
// or on NFS 4, whose locks end with the lease of a machine that is gone; a file
// system whose flock another machine does not see must not be shared.
//
// # What is durable when
//
// Bodies that arrive while one fdatasync runs are written together and share the
// next one; nobody waits for a timer. A write that fails fails the bodies of its
// group, is cut off again, and harms nothing else. A sync that fails is final:
// which bytes the disk holds is not knowable any more (the kernel may have
// dropped them), so every later Put fails with a [FatalError] until the folder is
// opened anew. A pack that another process began is never appended to, so no
// acknowledged frame ever lies behind a doubtful one; who mends it walks it, cuts
// a torn tail off, and seals it.
//
// # The log
//
// Every act that matters is a [Leaf]: a few lines of text, without names or
// content, that commit to the bytes stored, to the plain bytes and to private
// metadata ([Commit]). Leaves name each other by ULID. [Sequence] hashes them
// into a Merkle tree after RFC 6962 section 2.1, in the stored-hash numbering of
// golang.org/x/mod/sumdb/tlog; it is a pure function, so that a store runs it
// inside its own commit. [CheckHead] recomputes a head from the leaves alone.
package archive
