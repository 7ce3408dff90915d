package io.auditspring.bench;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the calling thread allocates within an iteration. The profiler of JMH counts what
 * other threads allocate, and what happens between iterations.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CallerAllocation {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	public long allocated;

	private long before;

	@Setup(Level.Iteration)
	public void begin(AuditedCall call) {
		this.before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
	}

	@TearDown(Level.Iteration)
	public void end() {
		this.allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - this.before;
	}

}
