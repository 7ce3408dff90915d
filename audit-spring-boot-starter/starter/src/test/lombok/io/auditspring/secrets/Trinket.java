package io.auditspring.secrets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.auditspring.Sensitive;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import lombok.AccessLevel;
import lombok.AllArgsConstructor;
import lombok.Builder;
import lombok.Data;
import lombok.Getter;
import lombok.NoArgsConstructor;
import lombok.RequiredArgsConstructor;
import lombok.Setter;
import lombok.Singular;
import lombok.Value;
import lombok.With;
import lombok.experimental.Accessors;
import lombok.experimental.SuperBuilder;
import org.hibernate.envers.Audited;

/** Keeps secrets in the ways of Lombok. */
@Data
@Builder(toBuilder = true)
@NoArgsConstructor
@AllArgsConstructor
@Entity
@Audited
class Trinket {

	@Id
	@Getter(onMethod_ = @Sensitive)
	private String engraving;

	@Sensitive
	private String phrase;

	@Setter(onParam_ = @Sensitive)
	private String motto;

	private Nest nest;

	@ElementCollection
	private List<Nest> nests;

	static Trinket of(String secret) {
		return builder().engraving(secret)
			.phrase(secret)
			.motto(secret)
			.nest(new Nest(secret, "Kiel"))
			.nests(new ArrayList<>(List.of(new Nest(secret, "Rome"))))
			.build();
	}

	@Data
	@NoArgsConstructor
	@AllArgsConstructor
	@Embeddable
	static class Nest {

		@Sensitive
		private String street;

		private String city;

	}

	@Value
	@Builder
	@With
	static class Missive {

		String subject;

		@Sensitive
		String text;

		@Singular("also")
		Map<String, String> more;

		@Sensitive
		@Getter(lazy = true)
		String lazy = this.text + this.subject;

	}

	static Missive.MissiveBuilder missive(String secret) {
		return Missive.builder().subject("hello").text(secret).also("token", secret);
	}

	@Data
	@SuperBuilder
	static class Sealed {

		@Sensitive
		private final String seal;

	}

	@Data
	@SuperBuilder
	static class Doubly extends Sealed {

		@Sensitive
		private final String second;

	}

	static Doubly.DoublyBuilder<?, ?> doubly(String secret) {
		return Doubly.builder().seal(secret).second(secret);
	}

	@Accessors(fluent = true)
	@RequiredArgsConstructor
	@Getter
	@Setter(AccessLevel.PACKAGE)
	static class Fluent {

		@Sensitive
		private final String word;

		@Override
		public String toString() {
			return "Fluent " + this.word;
		}

	}

}
