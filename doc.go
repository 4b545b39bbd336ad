// Package edibridge is the root of the module and holds no code: its tests keep
// the layers of the house (layers_test.go).
//
// The binary is cmd/edibridge. A program that wants only the parser imports
// packages edi and x12 and gets nothing but the standard library; package
// mappings turns what they read into the documents of package canonical.
// docs/DESIGN.md is the map.
package edibridge
