package io.auditspring.capture.state

import io.auditspring.Sensitive
import jakarta.persistence.Embeddable
import jakarta.persistence.EmbeddedId
import jakarta.persistence.Entity
import jakarta.persistence.Id
import java.io.Serializable
import org.hibernate.envers.Audited

/** A part of it is marked where Kotlin puts the mark: on the constructor's parameter. */
@Embeddable
data class LockerKey(val hall: String = "", @param:Sensitive val combination: String = "") : Serializable

@Entity
@Audited
class Locker(@EmbeddedId val key: LockerKey = LockerKey(), var amount: Int = 0)

/** Equal to another one by all that it holds. */
@Entity
@Audited
data class Membership(@Id val id: Long = 0, var amount: Int = 0)
