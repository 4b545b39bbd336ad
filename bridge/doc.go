// Package bridge moves Transmissions: it takes custody of what comes in, turns
// it into documents, acknowledgments and events, and delivers those.
//
// # The three steps
//
//	accept     bytes durable in the archive, then one commit: the Transmission
//	           Accepted with its leaf. Only then does the transport say "received".
//	translate  in slices: each commits its Documents, verdicts, keys and
//	           follow-ups (Held) with the cursor. The last one sets the
//	           Transmission Translated and releases what was held.
//	deliver    attempt: the identity on the wire is fixed before the first byte
//	           leaves. Outcome: what the peer said, with its evidence, or when to
//	           try again.
//
// Each step can be killed at any instruction and run again with the same end:
// ids are computed from causes, a slice that is there already changes nothing, a
// stale claim is refused by its fencing token. On the wire a delivery is
// at-least-once under one identity.
//
// After accept everything is a function of the bytes, the guide, the agreement,
// the mapping and their versions. A partner's bad file is a result with
// findings; an error is a failure of ours and leaves the work to be done again.
//
// The package knows no transport, no SQL and no file: [Store] is its memory
// (package sqlstore), [Bodies] its archive, [transports.Sender] its way out.
package bridge
