// Package bridgetest says what must hold around package bridge, and checks it.
//
// [TestStore] is the conformance suite of bridge.Store: each promise of its
// comments is a subtest. [RunModel] plays random steps on a Store and on a model
// of it that is simple enough to be read, and compares them after each.
//
// [CheckHouse] looks at a whole house (the store, the archive and the
// configuration) and names everything that is not in order. It shares no code
// with the steps that it checks: it knows only the types, the audit of the store
// and how ids are computed. It runs after every step of the fault tests, and
// against a house of one's own.
//
// [Faults] makes calls of a Store or of Bodies fail before or after they were
// carried out, or kills the process there.
package bridgetest
