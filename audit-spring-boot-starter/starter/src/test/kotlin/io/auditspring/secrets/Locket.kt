@file:JvmName("Keepsakes")

package io.auditspring.secrets

import io.auditspring.Sensitive
import jakarta.persistence.ElementCollection
import jakarta.persistence.Embeddable
import jakarta.persistence.Entity
import jakarta.persistence.Id
import org.hibernate.envers.Audited

/** Keeps secrets in the ways of Kotlin. */
@Entity
@Audited
class Locket(
    @Id @param:Sensitive val engraving: String = "",
    @param:Sensitive var phrase: String = "",
    var nook: Nook = Nook(),
    @ElementCollection val nooks: MutableList<Nook> = mutableListOf()
) {

    override fun toString() = "Locket $engraving $phrase"
}

@Embeddable
data class Nook(@param:Sensitive val street: String = "", val city: String = "Bonn")

data class Letter(val subject: String, @param:Sensitive val text: String, val more: Map<String, String> = mapOf("token" to text))

/** At run time a text, and the constructors that have one are hidden. */
@JvmInline
value class Phrase(val text: String)

class Oath(@param:Sensitive val phrase: Phrase, val by: String = "Ann")

fun letter(text: String) = Letter("hello", text)

fun oath(text: String) = Oath(Phrase(text))
