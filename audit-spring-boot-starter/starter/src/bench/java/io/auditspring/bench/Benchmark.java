package io.auditspring.bench;

/**
 * Compares ways to do the same, within one run.
 */
interface Benchmark {

	/**
	 * Measures.
	 * @param effort how much of it
	 * @param report where the figures go
	 */
	void run(Effort effort, Report report) throws Exception;

}
