package io.auditspring.sample.reconciliation;

import io.auditspring.Audited;
import io.auditspring.Severity;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Closes and reopens months.
 */
@Component
@Transactional
class Periods {

	private final PeriodRepository periods;

	Periods(PeriodRepository periods) {
		this.periods = periods;
	}

	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "period.closed", category = "reconciliation", targetType = "Period", targetId = "#id",
			justification = "#justification", message = "Close period #{#id}")
	public Period close(String id, String justification) {
		Period period = this.periods.findById(id).orElseGet(() -> this.periods.save(new Period(id)));
		period.close();
		return period;
	}

	@PreAuthorize("hasRole('ADMIN')")
	@Audited(action = "period.reopened", category = "reconciliation", severity = Severity.WARNING,
			targetType = "Period", targetId = "#id", justification = "#justification", message = "Reopen period #{#id}")
	public Period reopen(String id, String justification) {
		Period period = this.periods.findById(id)
			.orElseThrow(() -> new IllegalStateException("Period %s is OPEN".formatted(id)));
		period.reopen();
		return period;
	}

	/**
	 * Refuses to go on where the month is closed.
	 * @param id the month
	 */
	void requireOpen(String id) {
		if (this.periods.findById(id).filter(Period::isClosed).isPresent()) {
			throw new IllegalStateException("Period %s is CLOSED".formatted(id));
		}
	}

}
