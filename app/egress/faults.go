package egress

import "paravent/app/phone"

// Faults of this package.
var (
	// ErrDeviceMissing: the chosen network device is not there, not up, or has no address.
	ErrDeviceMissing = phone.NewFault("network-device-missing")
	// ErrDeviceGone: it was there when the network was opened.
	ErrDeviceGone = phone.NewFault("network-device-gone")
	// ErrDeviceBind: the system would not tie a socket to the device, so that none was used.
	ErrDeviceBind = phone.NewFault("network-device-refused")
	// ErrNames: a name could not be resolved by way of the device; nobody else was asked.
	ErrNames = phone.NewFault("network-device-names")
	// ErrNotThisWay: an address of this computer itself, which no device leads to.
	ErrNotThisWay = phone.NewFault("network-address-is-local")
)
