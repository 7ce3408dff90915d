/**
 * Stands for Kotlin, which the build does not need otherwise.
 */
package kotlin.coroutines;
