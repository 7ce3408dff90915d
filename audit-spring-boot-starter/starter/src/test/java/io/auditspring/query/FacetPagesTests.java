package io.auditspring.query;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

import io.auditspring.query.AuditTrail.Look;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * What is counted where there are no sums of it, as where an archive is read, too.
 */
class FacetPagesTests {

	@Test
	void itEndsWhereLookingEndsAndReadsNoStates() {
		AuditTrail trail = mock(AuditTrail.class, CALLS_REAL_METHODS);
		KeysetScrollPosition further = ScrollPosition.forward(Map.of("seq", 7L));
		doReturn(new Look(List.of(), further, null), new Look(List.of(), further, Instant.EPOCH)).when(trail)
			.look(any());
		Facets facets = trail.facets(AuditQuery.all(), EnumSet.allOf(Facets.Field.class));
		assertThat(facets.exact()).isFalse();
		ArgumentCaptor<AuditQuery> asked = ArgumentCaptor.forClass(AuditQuery.class);
		verify(trail, times(2)).look(asked.capture());
		assertThat(asked.getAllValues())
			.allMatch((query) -> query.unread().containsAll(List.of("after", "changes", "message", "error")));
		assertThat(asked.getAllValues().get(1).position()).isEqualTo(further);
	}

}
