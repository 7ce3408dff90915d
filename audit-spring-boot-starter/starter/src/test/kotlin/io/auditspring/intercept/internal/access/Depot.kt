package io.auditspring.intercept.internal.access

/** At run time a number. */
@JvmInline
value class ParcelId(val number: Long)

/** Has methods whose names the compiler of Kotlin changes. */
open class Depot {

    open fun open() = Unit

    internal open fun sweep() = Unit

    open fun hand(parcel: ParcelId) = parcel

    internal open fun take(parcel: ParcelId) = Unit

    open fun `pay-invoice`() = Unit
}
