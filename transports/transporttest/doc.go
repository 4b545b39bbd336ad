// Package transporttest holds what every transport must keep: conformance suites
// for transports.Receiver, transports.Sender and transports.Mailbox, and a Handler
// and a Mailbox in memory to test against.
//
// A suite is told how to make the implementation under test, how its peer acts, and
// which optional promises it makes. A transport's own test calls it once:
//
//	func TestConformance(t *testing.T) {
//		transporttest.TestReceiver(t, transporttest.Receiver{Start: start, ...})
//	}
package transporttest
