package io.auditspring.capture.state;

import java.io.Serializable;

import io.auditspring.Sensitive;
import jakarta.persistence.Access;
import jakarta.persistence.AccessType;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import lombok.AllArgsConstructor;
import lombok.Builder;
import lombok.Data;
import lombok.EqualsAndHashCode;
import lombok.Getter;
import lombok.NoArgsConstructor;
import lombok.Setter;
import lombok.ToString;
import org.hibernate.envers.Audited;

/** Entities as Lombok compiles them. */
final class Lomboks {

	private Lomboks() {
	}

	/** Equal by all that it holds. */
	@Data
	@NoArgsConstructor
	@AllArgsConstructor
	@Entity
	@Audited
	static class Gizmo {

		@Id
		private Long id;

		private Integer amount;

	}

	/** All of them are equal. */
	@Getter
	@Setter
	@Builder
	@NoArgsConstructor
	@AllArgsConstructor
	@EqualsAndHashCode(of = "name")
	@ToString
	@Entity
	@Audited
	static class Crew {

		@Id
		private Long id;

		@Builder.Default
		private String name = "crew";

		private int amount;

	}

	@Data
	@NoArgsConstructor
	@AllArgsConstructor
	@Embeddable
	static class PassKey implements Serializable {

		private String gate;

		@Sensitive
		private String serial;

	}

	@Data
	@NoArgsConstructor
	@AllArgsConstructor
	@Entity
	@Audited
	static class Pass {

		@EmbeddedId
		private PassKey key;

		private int amount;

	}

	/** Marked where only its getter is. */
	@Setter
	@NoArgsConstructor
	@AllArgsConstructor
	@Entity
	@Audited
	@Access(AccessType.PROPERTY)
	static class Stub {

		@Getter(onMethod_ = { @Id, @Sensitive })
		private String number;

		@Getter
		private int amount;

	}

}
