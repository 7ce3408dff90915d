package kotlin.coroutines;

/**
 * What the Kotlin compiler adds to the parameters of a suspending function.
 *
 * @param <T> the type of the result
 */
public interface Continuation<T> {

}
